# 100,000 rows with all kinds of columns, as input and output: about 10 MB of JSON each.

options(plumber.docs = FALSE)

count <- 100000L
rows <- seq_len(count)
customers <- data.frame(
  id = rows,
  price = (rows %% 10000L) / 16,
  ratio = rows / 7,
  name = paste0("customer-", rows),
  city = c("Berlin", "Paris", "Roma", NA)[rows %% 4L + 1L],
  active = c(TRUE, FALSE, NA)[rows %% 3L + 1L],
  score = ifelse(rows %% 11L == 0L, NA, rows %% 100L)
)

#* @param msg what to say
#* @get /echo
function(msg = "") {
  list(msg = paste0("The message is: '", msg, "'"))
}

#* @post /count
function(data) {
  nrow(data)
}

#* @get /customers
function() {
  customers
}
