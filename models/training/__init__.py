"""What the training scripts of the sample models share: a Llama of a few million parameters, from text to folder."""
