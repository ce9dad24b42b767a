library(plumber2)
#* @get /echo
#* @query msg:string("")
#* @serializer json
function(query) list(msg = paste0("The message is: '", query$msg, "'"))
