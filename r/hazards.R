# The State check: what in an app's code several workers would break.

penstock_hazards <- function(file, directory) {
  list()
}
