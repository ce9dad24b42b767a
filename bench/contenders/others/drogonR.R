# Rscript bench/contenders/others/drogonR.R APP FOLDER PORT: an app in drogonR's own idiom.

args <- commandArgs(TRUE)
suppressPackageStartupMessages(library(drogonR))
app <- dr_app()

if (args[1] == "cors") {
  dr_use(app, function(req, nxt) {
    res <- if (identical(req$method, "OPTIONS")) dr_text("") else nxt()
    res$headers[["Access-Control-Allow-Origin"]] <- "*"
    res
  })
}

if (args[1] == "prediction") {
  suppressPackageStartupMessages(library(randomForest))
  model <- readRDS(file.path(args[2], "RfModel.rds"))
  predictors <- c("mpg", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb")
  dr_post(app, "/prediction", function(req) {
    cars <- as.data.frame(dr_body(req, "json")$data)[predictors]
    dr_json(as.character(predict(model, cars)), auto_unbox = FALSE)
  })
} else {
  dr_get(app, "/echo", function(req) {
    dr_json(list(msg = paste0("The message is: '", dr_query(req, "msg"), "'")), auto_unbox = FALSE)
  })
}

dr_serve(app, port = as.integer(args[3]))
repeat later::run_now(timeoutSecs = 3600)
