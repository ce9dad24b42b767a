# Handlers that wait, and one that does not.

#* @get /wait
function() promises::promise(function(resolve, reject) later::later(function() resolve("waited"), 1))

#* @get /echo
function(msg = "") list(msg = paste0("The message is: '", msg, "'"))
