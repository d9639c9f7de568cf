# Needs the package lme4: install.packages("lme4")
rows <- read.csv(
  "boundary_but_F_significant.csv", colClasses = "character", check.names = FALSE, na.strings = character(), encoding = "UTF-8"
)
y <- as.numeric(rows[["y"]])
g <- enc2utf8(rows[["g"]])
g <- factor(g, levels = sort(unique(g), method = "radix"))
# The same rows as in blupboard? To go on with other rows, take this check away
stopifnot(length(y) == 372, nlevels(g) == 8, abs(mean(y) - 47.648387096774194) <= 1e-8 * mean(abs(y)))

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
# In blupboard: sigma_error 9.6978
keep("ols", local({
  estimate <- unname(coef(lm(y ~ 0 + g)))
  df <- length(y) - nlevels(g)
  sigma_error <- sqrt(sum((y - ave(y, g))^2) / df)
  std_error <- sigma_error / sqrt(as.vector(table(g)))
  weight <- 1
  environment()
}))

# REML BLUP
# In blupboard: mu 49.7312, sigma_group 11.9165, sigma_error 9.70635, icc 0.601158
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
# In blupboard: mu 47.6484, sigma_group 0, sigma_error 9.85901, icc 0
# Note: The F test sees a difference between groups (F(7, 364) = 2.92, p = .0055) that the
#   likelihood at its maximum does not: it is largest where the spread between groups is 0, so every
#   group is predicted at the population mean. Do not read that as groups that are alike: look at
#   the level means, and at REML beside ML. The exact 95% interval of the share of variance between
#   groups (ICC) is .175 to .912.
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

# James–Stein
# In blupboard: sigma_error 9.6978
keep("james_stein", local({
  n <- as.vector(table(g))
  means <- as.vector(tapply(y, g, mean))
  rows_within <- length(y) - nlevels(g)
  pooled <- sum((y - means[g])^2) / rows_within
  center <- mean(y)
  spread <- sum(n * (means - center)^2)
  bound <- (nlevels(g) - 3) * rows_within / (rows_within + 2) * pooled
  weight <- if (spread <= bound) 0 else 1 - bound / spread
  estimate <- center + weight * (means - center)
  sigma_error <- sqrt(pooled)
  environment()
}))

# Grand mean
# In blupboard: mu 47.6484
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
