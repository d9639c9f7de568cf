# Writes the answers in this folder, from it: Rscript answers.R
# Profile intervals by maximum likelihood (lme4's confint refits by it; its spline is good to some 1e-5), and the F
# test of groups beside the covariates (lm).
suppressMessages(library(lme4))
options(digits = 17)
sets <- list(
  corn = "corn_pix + soy_pix", corn_weighted = "corn_pix + soy_pix", gasoline = "endpoint + vapor",
  orthodont = "age + Sex", sleepstudy_days = "Days", sleepstudy_weighted = "1"
)
for (name in names(sets)) {
  d <- read.csv(file.path("..", "data", paste0(name, ".csv")))
  d$group <- factor(d$group)
  if (is.null(d$weight)) d$weight <- 1
  mixed <- as.formula(paste("y ~", sets[[name]], "+ (1 | group)"))
  fit <- lmer(mixed, d, weights = weight, REML = FALSE)
  ends <- suppressMessages(suppressWarnings(confint(fit, c(".sig01", ".sigma"), quiet = TRUE)))
  plain <- lm(as.formula(paste("y ~", sets[[name]])), d, weights = weight)
  full <- update(plain, . ~ . + group)
  test <- anova(plain, full)
  number <- function(x) paste0("[", paste(format(x, digits = 17), collapse = ", "), "]")
  writeLines(sprintf(
    '{\n "source": "R %s, lme4 %s",\n "sigma_group": %s,\n "sigma_error": %s,\n "f": %s,\n "df": %s,\n "p": %s\n}',
    getRversion(), packageVersion("lme4"), number(ends[1, ]), number(ends[2, ]), format(test$F[2], digits = 17),
    number(c(test$Df[2], test$Res.Df[2])), format(test$`Pr(>F)`[2], digits = 17)
  ), paste0(name, ".json"))
}
