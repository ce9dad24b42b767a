# jsonlite (1.8 at least) takes its message about a text that is no JSON, which quotes the text, for a format of C's
# printf(): a body with `%n` or `%s` in the wrong place ends the process. So what plumber parses is looked at first,
# with another character instead that JSON allows, and refuses, in the same places.
guard_json <- function() {
  imports <- parent.env(asNamespace("plumber"))
  if (is.function(imports$parse_json)) replace_binding("parse_json", imports, guarded_parser(imports$parse_json))
}

guarded_parser <- function(parse) {
  force(parse)
  function(txt, ...) {
    if (is.character(txt) && any(grepl("%", txt, fixed = TRUE, useBytes = TRUE))) {
      harmless <- gsub("%", "#", txt, fixed = TRUE, useBytes = TRUE)
      Encoding(harmless) <- Encoding(txt)
      suppressWarnings(parse(harmless))
    }
    parse(txt, ...)
  }
}
