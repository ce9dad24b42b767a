# An API with a large model: numbers, like most fitted models, and a list of small objects, like trees.

model <- list(
  weights = runif(as.numeric(Sys.getenv("MODEL_MB", "200")) * 131072),
  trees = lapply(seq_len(as.numeric(Sys.getenv("MODEL_TREES", "0"))), function(i) list(var = i, cut = i / 2, left = 2L))
)

#* @serializer unboxedJSON
#* @get /predict
function(n = 1000) {
  rows <- lapply(seq_len(as.integer(n)), function(i) list(id = i, score = model$weights[i] * 2))
  sum(vapply(rows, function(row) row$score, 0))
}

#* A full collection, as R itself runs it after some hundred collections
#* @serializer unboxedJSON
#* @get /collect
function() sum(gc()[, 2])
