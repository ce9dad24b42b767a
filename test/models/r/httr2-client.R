# Sends a data frame as users of httr2 do. Rscript httr2-client.R URL QUESTIONS
# Prints the answers as one JSON object, by the way in which the request was made.
arguments <- commandArgs(TRUE)
input <- jsonlite::fromJSON(arguments[2L], simplifyDataFrame = FALSE)[[1L]]$input
table <- data.frame(input, rent = 1, stringsAsFactors = FALSE)
row.names(table) <- paste("person", seq_len(nrow(table)))
table$age[2L] <- NA

request <- httr2::request(arguments[1L])
lines <- utils::capture.output(utils::write.csv(table))
requests <- list(
  toJSON = httr2::req_body_raw(request, charToRaw(jsonlite::toJSON(table, digits = NA)), "application/json"),
  req_body_json = httr2::req_body_json(request, table),
  columns = httr2::req_body_raw(request, charToRaw(jsonlite::toJSON(table, "columns", digits = NA))),
  data = httr2::req_body_json(request, list(data = table)),
  csv = httr2::req_body_raw(request, charToRaw(enc2utf8(paste(lines, collapse = "\n"))), "text/csv"),
  form = httr2::req_body_form(request, !!!as.list(table[1L, ]))
)
answers <- vapply(requests, function(one) httr2::resp_body_string(httr2::req_perform(one)), "")
cat("{", paste0("\"", names(answers), "\":", answers, collapse = ","), "}", sep = "")
