//! Failures that the simulation found, each as the smallest script that showed it.
