# Rscript bench/contenders/others/RestRserve.R APP FOLDER PORT: an app in RestRserve's own idiom.

args <- commandArgs(TRUE)
suppressPackageStartupMessages(library(RestRserve))
app <- Application$new()
if (args[1] == "cors") app$append_middleware(CORSMiddleware$new())

if (args[1] == "prediction") {
  suppressPackageStartupMessages(library(randomForest))
  model <- readRDS(file.path(args[2], "RfModel.rds"))
  predictors <- c("mpg", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb")
  app$add_post("/prediction", function(.req, .res) {
    cars <- as.data.frame(.req$body$data)[predictors]
    .res$set_content_type("application/json")
    .res$set_body(I(as.character(predict(model, cars))))
  })
} else {
  app$add_get("/echo", function(.req, .res) {
    .res$set_content_type("application/json")
    .res$set_body(list(msg = I(paste0("The message is: '", .req$parameters_query[["msg"]], "'"))))
  })
}

app$logger$set_log_level("error")
BackendRserve$new()$start(app, http_port = as.integer(args[3]), "remote" = "disable")
