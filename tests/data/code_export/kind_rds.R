# Needs the package lme4: install.packages("lme4")
# The rows that blupboard used of scores.rds: there under Export, "Rows as used (CSV)", or
#   blupboard rows --outcome=y --group=g --output=scores-rows.csv -- scores.rds
rows <- read.csv(
  "scores-rows.csv", colClasses = c("character", "numeric"), na.strings = character(), encoding = "UTF-8"
)
y <- rows$outcome
g <- factor(rows$group, levels = sort(unique(rows$group), method = "radix"))
# The same rows as in blupboard? To go on with other rows, take this check away
stopifnot(length(y) == 6, nlevels(g) == 3, abs(mean(y) - 205.86665434782049) <= 1e-8 * mean(abs(y)))

level <- 0.95
# What a method found becomes rows of two tables; NA is what it does not have
tidy <- parameters <- NULL
keep <- function(estimator, found) {
  number <- function(name, absent = NA_real_) if (is.null(found[[name]])) absent else found[[name]]
  half <- qt((1 + level) / 2, number("df", Inf)) * number("std_error")
  tidy <<- rbind(tidy, data.frame(
    estimator, group = levels(g), n = as.vector(table(g)), raw_mean = as.vector(tapply(y, g, mean)),
    estimate = found$estimate, std_error = number("std_error"),
    conf_low = number("conf_low", found$estimate - half),
    conf_high = number("conf_high", found$estimate + half),
    weight = number("weight")
  ))
  parameters <<- rbind(parameters, data.frame(
    estimator, mu = number("mu"), mu_std_error = number("mu_std_error"),
    sigma_group = number("sigma_group"), sigma_error = number("sigma_error"), icc = number("icc")
  ))
}

# Level means (OLS)
# In blupboard: sigma_error 503.699
keep("ols", local({
  estimate <- unname(coef(lm(y ~ 0 + g)))
  df <- length(y) - nlevels(g)
  sigma_error <- sqrt(sum((y - ave(y, g))^2) / df)
  std_error <- sigma_error / sqrt(as.vector(table(g)))
  weight <- 1
  environment()
}))

# REML BLUP
# In blupboard: mu 205.867, sigma_group 7.62974, sigma_error 503.699, icc 0.000229392
keep("reml", local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  closer <- lme4::lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = TRUE, control = closer)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  mu <- lme4::fixef(model)[["(Intercept)"]]
  mu_std_error <- sqrt(as.matrix(vcov(model))[1, 1])
  sigma_group <- attr(lme4::VarCorr(model)$g, "stddev")[[1]]
  sigma_error <- sigma(model)
  icc <- sigma_group^2 / (sigma_group^2 + sigma_error^2)
  n <- as.vector(table(g))
  weight <- n * sigma_group^2 / (n * sigma_group^2 + sigma_error^2)
  # Of mu + b as a prediction: lme4's condVar is that of b with mu taken as known
  conditional <- sqrt(attr(lme4::ranef(model, condVar = TRUE)$g, "postVar")[1, 1, ])
  std_error <- sqrt(conditional^2 + (1 - weight)^2 * mu_std_error^2)
  environment()
}))

# ML BLUP
# In blupboard: mu 205.867, sigma_group 0, sigma_error 459.854, icc 0
# Note: The group means lie a little further apart than chance puts them on average, but well within
#   chance (F(2, 3) = 1.0005, p = .46). The likelihood is largest where the spread between groups is
#   0, so every group is predicted at the population mean. The exact 95% interval of the share of
#   variance between groups (ICC) is 0 to .950.
keep("ml", local({
  # lmer searches from one start: where the criterion has two minima it can miss the better one
  closer <- lme4::lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12))
  model <- lme4::lmer(y ~ 1 + (1 | g), REML = FALSE, control = closer)
  estimate <- coef(model)$g[levels(g), "(Intercept)"]
  mu <- lme4::fixef(model)[["(Intercept)"]]
  mu_std_error <- sqrt(as.matrix(vcov(model))[1, 1])
  sigma_group <- attr(lme4::VarCorr(model)$g, "stddev")[[1]]
  sigma_error <- sigma(model)
  icc <- sigma_group^2 / (sigma_group^2 + sigma_error^2)
  n <- as.vector(table(g))
  weight <- n * sigma_group^2 / (n * sigma_group^2 + sigma_error^2)
  # Of mu + b as a prediction: lme4's condVar is that of b with mu taken as known
  conditional <- sqrt(attr(lme4::ranef(model, condVar = TRUE)$g, "postVar")[1, 1, ])
  std_error <- sqrt(conditional^2 + (1 - weight)^2 * mu_std_error^2)
  environment()
}))

# James–Stein: left out, needs at least 4 groups

# Grand mean
# In blupboard: mu 205.867
keep("grand_mean", local({
  mu <- mean(y)
  estimate <- rep(mu, nlevels(g))
  weight <- 0
  df <- length(y) - 1
  std_error <- mu_std_error <- sd(y) / sqrt(length(y))
  environment()
}))

options(width = 160)
print(tidy, row.names = FALSE)
print(parameters, row.names = FALSE)
