#* @apiTitle Cylinders of a car
#* @apiDescription A random forest that tells a car's number of cylinders from its other measures

suppressPackageStartupMessages(library(randomForest))

# plumber evaluates this file with the working directory set to its own.
model <- readRDS("../../../examples/mtcars/RfModel.rds")

predictors <- c("mpg", "disp", "hp", "drat", "wt", "qsec", "vs", "am", "gear", "carb")

#* Says that the API is up
#* @get /
function() {
  "The mtcars API is up"
}

#* Number of cylinders of a car, or of several
#* @param data the car's measures as an object, or an array of such objects
#* @post /prediction
function(data) {
  cars <- as.data.frame(data)[predictors]
  predict(model, cars)
}

#* Takes five seconds, as a slow report would
#* @get /asynchronousTest
function() {
  Sys.sleep(5)
  "OK"
}
