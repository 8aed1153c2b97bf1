"""The course by hand: exercises in generated repositories, each with one disagreement to find."""
