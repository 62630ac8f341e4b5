"""The sinks: each module follows the trail and acts in the world. Its docstring says what it does after a cut-off."""
