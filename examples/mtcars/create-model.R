# Trains the example's model and saves it beside this file: Rscript examples/mtcars/create-model.R
#
# A random forest that tells a car's number of cylinders from its other ten measures. It is not meant to be a
# great model, only a real one.

suppressPackageStartupMessages(library(randomForest))

script <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE)[1])
target <- file.path(dirname(script), "RfModel.rds")

cars <- datasets::mtcars
cars$cyl <- factor(cars$cyl) # classes, not a quantity: the answer is "6", never 6.2

set.seed(1234)
model <- randomForest(cyl ~ ., data = cars)

# Written under another name first, so that a server that starts meanwhile never reads half a model.
unfinished <- tempfile("RfModel-", dirname(target))
saveRDS(model, unfinished)
invisible(file.rename(unfinished, target))
