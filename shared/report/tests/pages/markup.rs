//! A page as a browser reads it: its tags, and nothing that would ask anybody for anything.

use std::cell::RefCell;

use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};
use report::html;
use report::page::Page;

/// Attributes that make a browser ask for something, or do something.
const ASKING: [&str; 16] = [
    "src",
    "href",
    "xlink:href",
    "action",
    "formaction",
    "poster",
    "background",
    "data",
    "srcset",
    "cite",
    "ping",
    "manifest",
    "codebase",
    "profile",
    "longdesc",
    "srcdoc",
];

/// Elements that do so.
const DOING: [&str; 14] = [
    "script",
    "link",
    "img",
    "image",
    "use",
    "iframe",
    "object",
    "embed",
    "base",
    "form",
    "audio",
    "video",
    "a",
    "foreignObject",
];

/// What a browser finds in a page.
#[derive(Default)]
pub(crate) struct Found {
    tags: RefCell<Vec<Tag>>,
    faults: RefCell<Vec<String>>,
}

impl TokenSink for Found {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => {
                let raw = tag.kind == TagKind::StartTag && &*tag.name == "style";
                self.tags.borrow_mut().push(tag);
                if raw {
                    return TokenSinkResult::RawData(html5ever::tokenizer::states::RawKind::Rawtext);
                }
            }
            Token::ParseError(error) => self.faults.borrow_mut().push(error.into_owned()),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

fn found(html: &str) -> Found {
    let tokenizer = Tokenizer::new(Found::default(), Default::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink
}

/// Everything in a page that would ask for something, do something, or that a browser has to guess at.
pub(crate) fn faults(html: &str) -> Vec<String> {
    let found = found(html);
    let mut faults = found.faults.into_inner();
    let mut open: Vec<String> = Vec::new();
    for tag in found.tags.into_inner() {
        let name = tag.name.to_string();
        match tag.kind {
            TagKind::EndTag if open.last() == Some(&name) => drop(open.pop()),
            TagKind::EndTag => faults.push(format!("</{name}> closes {:?}", open.last())),
            TagKind::StartTag if ["meta"].contains(&name.as_str()) => {}
            TagKind::StartTag => open.push(name.clone()),
        }
        if DOING.iter().any(|doing| doing.eq_ignore_ascii_case(&name)) {
            faults.push(format!("there is a <{name}>"));
        }
        for attribute in &tag.attrs {
            let (word, value) = (attribute.name.local.to_string(), attribute.value.to_string());
            let asks = ASKING.contains(&word.as_str()) && !value.starts_with('#');
            if asks || word.starts_with("on") || word == "style" || word != "title" && value.contains("url(")
            {
                faults.push(format!("<{name}> has {word}={value:?}"));
            }
            if word == "http-equiv" && value != "Content-Security-Policy" {
                faults.push(format!("<{name}> has {word}={value:?}"));
            }
        }
    }
    faults.extend(open.into_iter().map(|name| format!("<{name}> is not closed")));
    let style = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let (style, _) = style.expect("a style");
    for word in ["url(", "@import", "image-set", "expression(", "\\"] {
        if style.contains(word) {
            faults.push(format!("the style has {word}"));
        }
    }
    faults
}

/// The page, after all has been held that must hold of any.
pub(crate) fn written(page: &Page) -> String {
    let html = html::write(page);
    assert_eq!(faults(&html), [""; 0]);
    assert!(html.len() <= html::MAX_BYTES, "{} bytes", html.len());
    assert!(html.contains("default-src 'none'"), "what came in after all is asked of nobody");
    let unseen = |c: &char| c.is_control() && *c != '\n' || ('\u{202a}'..='\u{202e}').contains(c);
    assert_eq!(html.chars().find(unseen), None);
    html
}

#[test]
fn what_asks_for_something_is_found() {
    let page = |body: &str| format!("<!DOCTYPE html><html><style>p{{}}</style>{body}</html>");
    assert_eq!(faults(&page("<p title=\"a &lt; b\">c</p><svg><g></g></svg>")), [""; 0]);
    for (body, fault) in [
        ("<img src=\"http://192.0.2.1/x.png\">", "<img> has src"),
        ("<p onclick=\"x()\"></p>", "has onclick"),
        ("<p style=\"background:red\"></p>", "has style"),
        ("<svg><rect fill=\"url(http://192.0.2.1/)\"></rect></svg>", "has fill"),
        ("<script>1</script>", "there is a <script>"),
        ("<a href=\"https://example.com\">x</a>", "has href"),
        ("<p>", "<p> is not closed"),
        ("<p></b></p>", "</b> closes"),
        ("<p a=\"1\" a=\"2\"></p>", "uplicate attribute"),
    ] {
        let faults = faults(&page(body));
        assert!(faults.iter().any(|found| found.contains(fault)), "{body}: {faults:?}");
    }
}
