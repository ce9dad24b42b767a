# Serves a saved model with plumber.
model <- readRDS("model.rds")
if (inherits(model, "ranger")) requireNamespace("ranger", quietly = TRUE)

#* @post /predict
#* @serializer json list(digits = NA)
function(req) {
  answer <- predict(model, jsonlite::fromJSON(req$postBody), num.threads = 1L)
  data.frame(.pred = unname(if (is.list(answer)) answer$predictions else answer))
}
