"""CloudFront: distributions that give back what was set, origin access controls, response headers policies."""
