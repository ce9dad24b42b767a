#* @apiTitle Cylinders of a car
#* @apiDescription A random forest that predicts the number of cylinders of a car from its other measurements

suppressPackageStartupMessages(library(randomForest))

# plumber runs this file in the file's own folder.
model <- readRDS("RfModel.rds")

predictors <- c("mpg", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb")

#* Report that the API is up
#* @get /
function() {
  "The mtcars API is up"
}

#* Predict the number of cylinders of one or several cars
#* @param data the measurements of a car as an object, or an array of such objects
#* @batch data
#* @post /prediction
function(data) {
  cars <- as.data.frame(data)[predictors]
  predict(model, cars)
}

#* Take five seconds, like a slow report
#* @get /asynchronousTest
function() {
  Sys.sleep(5)
  "OK"
}
