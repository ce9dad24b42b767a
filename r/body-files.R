# Large request bodies, which the gateway has written to a file that goes with the request. R reads such a file when
# something looks at the body.

# Bytes of a multipart body that are read at once. R makes garbage of many times this size when it takes them apart.
part_block <- 262144L

# A client could otherwise fill the disk with files of a few bytes.
most_parts <- 1000L

# Parts of a multipart body have headers of this size at most, in bytes.
part_headers_size <- 65536L

file_at <- function(path, from = 0) {
  con <- file(path, "rb")
  if (from > 0) seek(con, from)
  con
}

# l: number of bytes. R can read no more than 2^31 - 1 at once.
read_file <- function(path, from, l) {
  con <- file_at(path, from)
  on.exit(close(con))
  if (l <= 2^30) return(readBin(con, "raw", l))
  blocks <- list()
  while (length(block <- readBin(con, "raw", 2^30))) blocks[[length(blocks) + 1L]] <- block
  utils::head(do.call(c, blocks), l)
}

# httpuv's input stream over a file.
file_input <- function(path) {
  bytes <- function(from, l) read_file(path, from, l)
  body_input(NULL, file.size(path), bytes, function(from) file_at(path, from), path)
}

# Whether a body is a file, which the app has not replaced. path: what the gateway has sent
is_file_input <- function(input, path) identical(environment(input$read)$path, path)

# What plumber's body filter sets. The stream ends at its end, as if it had been read.
delay_body <- function(input, req) {
  stream <- environment(input$read)
  stream$at <- stream$size
  delay("bodyRaw", quote(stream$bytes(0, stream$size)), environment(), req)
}

# What plumber sets before it runs an endpoint. parse(req): the parsed body; as_args(body): the arguments in it
delay_parsed <- function(req, parse, as_args) {
  before <- c(req$args, req$argsPath)
  delay("body", quote(parse(req)), environment(), req)
  delay("argsBody", quote(as_args(req$body)), environment(), req)
  delay("args", quote(c(before, req$argsBody)), environment(), req)
}

# What Penstock adds to a request with such a body: the path of the file, and the parts of a multipart body.
add_body_file <- function(req, path) {
  req$bodyFile <- path
  type <- req$HTTP_CONTENT_TYPE
  delay("bodyParts", quote(multipart_files(path, type)), environment(), req)
}

# Writes the parts of a multipart body to files beside it. Returns a list for each part, by name: with its file name
# and its type if it has them, and the path of the file with its content.
multipart_files <- function(path, type) {
  boundary <- multipart_boundary(type)
  if (is.null(boundary)) return(NULL)
  input <- multipart_reader(path, boundary)
  on.exit(input$close())
  parts <- list()
  input$to_boundary(NULL)
  while (!is.null(headers <- input$headers())) {
    if (length(parts) == most_parts) stop("The body has more than ", most_parts, " parts", call. = FALSE)
    file <- file.path(dirname(path), paste0("part-", length(parts) + 1L))
    input$to_boundary(file)
    parts[[length(parts) + 1L]] <- multipart_part(headers, file)
  }
  names <- vapply(parts, function(part) part$name, "")
  stats::setNames(lapply(parts, function(part) Filter(Negate(is.null), part[-1L])), names)
}

multipart_boundary <- function(type) {
  if (is.null(type) || !grepl("^multipart/", type, ignore.case = TRUE)) return(NULL)
  found <- regmatches(type, regexec("boundary=(\"([^\"]+)\"|[^; ]+)", type, ignore.case = TRUE))[[1L]]
  if (length(found) == 0L) return(NULL)
  if (nzchar(found[[3L]])) found[[3L]] else found[[2L]]
}

# Reads a multipart body in blocks.
multipart_reader <- function(path, boundary) {
  con <- file_at(path)
  line_end <- charToRaw("\r\n")
  delimiter <- c(line_end, charToRaw(paste0("--", boundary)))
  held <- line_end # the first delimiter may stand at the start of the body
  more <- function() {
    block <- readBin(con, "raw", part_block)
    if (length(block) == 0L) stop("The multipart body ends before its last boundary", call. = FALSE)
    held <<- c(held, block)
  }
  take <- function(n) {
    bytes <- held[seq_len(n)]
    held <<- held[seq.int(n + 1, length.out = length(held) - n)]
    bytes
  }
  list(
    # Writes what comes before the next boundary to a file, if one is named, and goes behind the boundary.
    to_boundary = function(file) {
      out <- if (!is.null(file)) file(file, "wb")
      if (!is.null(out)) on.exit(close(out))
      write <- function(bytes) if (!is.null(out)) writeBin(bytes, out)
      repeat {
        at <- grepRaw(delimiter, held, fixed = TRUE)
        if (length(at)) break
        write(take(max(0, length(held) - length(delimiter) + 1)))
        more()
      }
      write(take(at - 1))
      take(length(delimiter))
    },
    # The headers of the next part, as text; NULL after the last one.
    headers = function() {
      end <- charToRaw("\r\n\r\n")
      repeat {
        if (length(held) >= 2L && identical(held[1:2], charToRaw("--"))) return(NULL)
        at <- grepRaw(end, held, fixed = TRUE)
        if (length(at)) break
        if (length(held) > part_headers_size) stop("The headers of a part of the body have no end", call. = FALSE)
        more()
      }
      text <- rawToChar(take(at + 3))
      Encoding(text) <- "UTF-8"
      text
    },
    close = function() close(con)
  )
}

multipart_part <- function(headers, file) {
  value_of <- function(pattern) {
    found <- regmatches(headers, regexec(pattern, headers, ignore.case = TRUE))[[1L]]
    if (length(found)) found[[2L]]
  }
  name <- value_of("\r\nContent-Disposition:[^\r]*;[ ]*name=\"([^\"\r]*)\"")
  list(
    name = if (is.null(name)) "" else name,
    filename = value_of("\r\nContent-Disposition:[^\r]*;[ ]*filename=\"([^\"\r]*)\""),
    type = value_of("\r\nContent-Type:[ ]*([^\r]*)"),
    file = file
  )
}
