library(plumber2)
suppressPackageStartupMessages(library(randomForest))
model <- readRDS(file.path(Sys.getenv("APP_FOLDER"), "RfModel.rds"))
predictors <- c("mpg", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb")

#* @post /prediction
#* @parser json
#* @serializer json
function(body) {
  cars <- as.data.frame(body$data)[predictors]
  predict(model, cars)
}
