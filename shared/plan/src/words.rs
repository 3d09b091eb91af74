//! Open sets of words: DMS's model declares most of them as plain strings, so every enum carries a word that it does
//! not know.

/// Declares an enum of DMS's words, each with its variant, and `Other` for one that this version does not know. The
/// enum is read from a text and written as the word itself, also in JSON.
#[macro_export]
macro_rules! words {
    ($(#[$about:meta])* pub enum $name:ident { $($(#[$meaning:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "String", into = "String")]
        pub enum $name {
            $($(#[$meaning])* $variant,)+
            /// A word that this version does not know: carried, shown, and never taken for a good one.
            Other(String),
        }

        impl $name {
            /// The words that are known, as DMS spells them.
            pub const KNOWN: &'static [&'static str] = &[$($word),+];

            /// DMS's own word.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => $word,)+
                    $name::Other(word) => word,
                }
            }
        }

        impl From<String> for $name {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => $name::$variant,)+
                    _ => $name::Other(word),
                }
            }
        }

        impl From<&str> for $name {
            fn from(word: &str) -> Self {
                $name::from(word.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> String {
                word.as_str().to_owned()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}
