"""Plays Vosk: the calls and answers of its Python package, with a recogniser that hears how many loud blocks came."""
import json
import os


def SetLogLevel(level):
    assert level == -1


class Model:
    def __init__(self, model_path=None, model_name=None, lang=None):
        assert model_path is not None, "a model without a folder would be fetched"
        if not os.path.isfile(os.path.join(model_path, "config.json")):
            raise Exception("Failed to create a model")


class KaldiRecognizer:
    def __init__(self, model, rate):
        assert isinstance(model, Model) and rate == 16000
        self.loud = 0

    def AcceptWaveform(self, data):
        is_loud = max(data) > 0
        ended = self.loud > 0 and not is_loud
        self.loud += is_loud
        return ended

    def Result(self):
        text = "turn on the light in the kitchen" if self.loud == 10 else "turn off all the lamps"
        self.loud = 0
        return json.dumps({"text": text})

    def FinalResult(self):
        return json.dumps({"text": ""})
