# jsonlite (at least 1.8) passes its message about invalid JSON, which quotes the text, to C's printf() as a format: a
# body with `%n` or `%s` in the wrong place crashes the process. So text with `%` is first parsed with `#` instead,
# which JSON allows and rejects in the same places.
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
