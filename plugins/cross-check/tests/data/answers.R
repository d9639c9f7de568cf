# What lme4 says on a folder of data sets, written beside this script:
#     Rscript answers.R ../../../../tests/data/oracles/sets
# Plain lmer on each file as it stands: nothing here is shared with the plugin.
library(lme4)

sets <- sort(list.files(commandArgs(trailingOnly = TRUE)[1], pattern = "[.]csv$", full.names = TRUE))
digits <- function(x) sprintf("%.17g", x)
fits <- groups <- NULL
for (file in sets) {
  rows <- read.csv(file, colClasses = c(group = "character"), na.strings = "")
  rows <- rows[is.finite(rows$y) & !is.na(rows$group), ]
  for (criterion in c("reml", "ml")) {
    said <- character()
    model <- tryCatch(
      withCallingHandlers(
        lmer(y ~ 1 + (1 | group), rows, REML = criterion == "reml"),
        message = function(m) { said <<- c(said, conditionMessage(m)); invokeRestart("muffleMessage") },
        warning = function(w) { said <<- c(said, conditionMessage(w)); invokeRestart("muffleWarning") }
      ),
      error = function(e) conditionMessage(e)
    )
    set <- sub("[.]csv$", "", basename(file))
    if (is.character(model)) {
      print(c(set, criterion, model))
      next
    }
    if (length(said)) print(c(set, criterion, said))
    effects <- ranef(model, condVar = TRUE)$group
    fits <- rbind(fits, data.frame(
      set, criterion,
      mu = digits(fixef(model)), mu_std_error = digits(sqrt(vcov(model)[1, 1])),
      sigma_group = digits(sqrt(VarCorr(model)$group[1, 1])), sigma_error = digits(sigma(model)),
      log_likelihood = digits(logLik(model)), singular = as.integer(isSingular(model))
    ))
    groups <- rbind(groups, data.frame(
      set, criterion, group = rownames(effects),
      estimate = digits(fixef(model) + effects[, 1]),
      conditional = digits(sqrt(as.vector(attr(effects, "postVar"))))
    ))
  }
}
write.csv(fits, "lmer_fits.csv", row.names = FALSE, quote = FALSE)
write.csv(groups, "lmer_groups.csv", row.names = FALSE, quote = FALSE)
