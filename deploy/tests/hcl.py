"""As much of Terraform as the printed schedules use: python-hcl2 reads its syntax, and its values are worked out here.

jsonencode escapes what Terraform's own escapes, which python-hcl2 does not do.
"""

import json
import re

import hcl2
from lark import Token

ESCAPES = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


class Module:
    """A module: its variables, locals and resources."""

    def __init__(self, text, variables):
        self._variables = dict(variables)
        self._locals = {}
        self.resources = {}
        for block in hcl2.parses_to_tree(text).iter_subtrees_topdown():
            if block.data == "block":
                self._block(block)

    def _block(self, block):
        kind, *labels = [child for child in block.children if _is(child, "identifier") or _is(child, "string")]
        name = _identifier(kind)
        (body,) = [child for child in block.children if _is(child, "body")]
        labels = [self._value(label) for label in labels]
        if name == "variable":
            attributes = self._attributes(body)
            self._variables.setdefault(labels[0], attributes.get("default"))
        elif name == "locals":
            for key, value in _attributes(body):
                self._locals[key] = self._value(value)
        elif name == "resource":
            self.resources[tuple(labels)] = self._attributes(body)

    def _attributes(self, body):
        found = {}
        for key, value in _attributes(body):
            # The type of a variable is a word, not a value.
            found[key] = None if key == "type" else self._value(value)
        for child in body.children:
            if _is(child, "block"):
                (inner,) = [part for part in child.children if _is(part, "body")]
                found[_identifier(child.children[0])] = self._attributes(inner)
        return found

    def _value(self, node):
        parts = [child for child in node.children if not _is(child, "new_line_or_comment") and not _is_blank(child)]
        match node.data:
            case "expr_term" if len(parts) == 1:
                return self._value(parts[0])
            case "string":
                return "".join(self._piece(part) for part in parts if _is(part, "string_part"))
            case "int_lit" | "float_lit" | "literal_value":
                return json.loads("".join(str(part) for part in parts))
            case "object":
                return dict(self._member(part) for part in parts if _is(part, "object_elem"))
            case "tuple":
                return [self._value(part) for part in parts if not isinstance(part, Token)]
            case "function_call":
                name, *rest = parts
                given = [part for part in rest if _is(part, "arguments")][0].children
                return self._call(_identifier(name), [self._value(part) for part in given if _is(part, "expr_term")])
            case "get_attr_expr_term":
                base = _identifier(parts[0].children[0])
                name = _identifier([part for part in parts if _is(part, "get_attr")][0].children[-1])
                return {"var": self._variables, "local": self._locals}[base][name]
            case "index_expr_term":
                (index,) = re.findall(r"\d+", "".join(str(token) for token in parts[1].scan_values(lambda _: True)))
                return self._value(parts[0])[int(index)]
            case "unary_op":
                return -self._value(parts[-1])
            case "interpolation":
                return self._value([part for part in parts if not isinstance(part, Token)][0])
        raise AssertionError(f"this reader knows no {node.data}: {node.pretty()}")

    def _member(self, node):
        key, value = [part for part in node.children if _is(part, "object_elem_key") or _is(part, "expr_term")]
        while _is(key, "object_elem_key") or _is(key, "expr_term"):
            (key,) = key.children
        return (_identifier(key) if _is(key, "identifier") else self._value(key)), self._value(value)

    def _piece(self, node):
        (piece,) = node.children
        if not isinstance(piece, Token):
            return self._value(piece)
        text = str(piece).replace("$${", "${").replace("%%{", "%{")
        return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", _unescaped, text, flags=re.DOTALL)

    @staticmethod
    def _call(name, values):
        match name, values:
            case "jsonencode", [value]:
                text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
                return re.sub("[<>&\u2028\u2029]", lambda found: f"\\u{ord(found.group()):04x}", text)
            case "replace", [text, what, by]:
                assert not what.startswith("/"), "this reader knows no patterns"
                return text.replace(what, by)
            case "split", [separator, text]:
                return text.split(separator)
        raise AssertionError(f"this reader knows no function {name} of {len(values)}")


def _unescaped(found):
    escape = found.group(1)
    return chr(int(escape[1:], 16)) if escape[0] == "u" and len(escape) == 5 else ESCAPES[escape]


def _attributes(body):
    for child in body.children:
        if _is(child, "attribute"):
            yield _identifier(child.children[0]), [part for part in child.children if _is(part, "expr_term")][0]


def _identifier(node):
    return str(node.children[0]) if hasattr(node, "children") else str(node)


def _is(node, kind):
    return getattr(node, "data", None) == kind


def _is_blank(node):
    return isinstance(node, Token) and not str(node).strip()
