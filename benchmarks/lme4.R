# lme4 on one design: Rscript lme4.R WARM_UP DESIGN BUDGET. Times lmer() alone; prints JSON as contender.py does.
suppressPackageStartupMessages(library(lme4))
arguments <- commandArgs(trailingOnly = TRUE)

read <- function(folder) {
  path <- function(name) file.path(folder, name)
  rows <- file.size(path("outcome.f8")) / 8
  names <- sub("[.]f8$", "", list.files(folder, "^x[0-9]+[.]f8$"))
  covariates <- lapply(names, function(x) readBin(path(paste0(x, ".f8")), "double", rows, endian = "little"))
  data.frame(
    y = readBin(path("outcome.f8"), "double", rows, endian = "little"),
    g = factor(readBin(path("group.i4"), "integer", rows, size = 4, endian = "little")),
    setNames(covariates, names)
  )
}

warm_up <- read(arguments[1])
formula <- reformulate(c("1", setdiff(names(warm_up), c("y", "g")), "(1 | g)"), "y")
invisible(lmer(formula, warm_up))
data <- read(arguments[2])
budget <- as.numeric(arguments[3])
seconds <- c()
cpu_seconds <- c()
while (length(seconds) < 7 && (length(seconds) == 0 || sum(seconds) + max(seconds) < budget)) {
  spent <- system.time(model <- lmer(formula, data))
  seconds <- c(seconds, spent[["elapsed"]])
  cpu_seconds <- c(cpu_seconds, spent[["user.self"]] + spent[["sys.self"]])
}
sigma_group <- attr(VarCorr(model)$g, "stddev")[[1]]
list_of <- function(numbers) paste0("[", paste(numbers, collapse = ", "), "]")
cat(sprintf(
  '{"seconds": %s, "cpu_seconds": %s, "sigma_group": %.17g}\n',
  list_of(seconds), list_of(cpu_seconds), sigma_group
))
