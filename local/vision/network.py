"""A small fully connected network, trained with Adam."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

_BATCH = 256
_RATE = 3e-3
_SMOOTHING = 0.1
"""Targets are drawn this far towards each other, so that the network does not claim certainty."""


class Network:
    """Layers of rectified units; the outputs are shares of one whole (softmax) or independent (sigmoid)."""

    def __init__(self, arrays: Mapping[str, Matrix], *, exclusive: bool) -> None:
        self._mean, self._deviation = arrays["mean"], arrays["deviation"]
        self._weights = [
            arrays[f"weights{layer}"] for layer in range(sum(key.startswith("w") for key in arrays))
        ]
        self._biases = [arrays[f"biases{layer}"] for layer in range(len(self._weights))]
        self._exclusive = exclusive

    @classmethod
    def fit(  # noqa: PLR0913  # each is a choice of the caller's
        cls,
        inputs: Matrix,
        targets: Matrix,
        *,
        hidden: tuple[int, ...],
        epochs: int,
        decay: float,
        exclusive: bool,
        rng: np.random.Generator,
    ) -> Self:
        """Train a network.

        Args:
            inputs: Shape (samples, features).
            targets: Shape (samples, outputs), from 0 to 1.
            hidden: Units of each hidden layer.
            epochs: Times that each sample is seen.
            decay: Weight decay.
            exclusive: The outputs exclude each other and sum to one.
            rng: Of the first weights and the order of samples.
        """
        sizes = (inputs.shape[1], *hidden, targets.shape[1])
        arrays: dict[str, Matrix] = {
            "mean": inputs.mean(0),
            "deviation": inputs.std(0) + np.float32(1e-3),
        }
        for layer, (before, after) in enumerate(pairwise(sizes)):
            spread = np.float32(np.sqrt(2 / before))
            arrays[f"weights{layer}"] = spread * rng.standard_normal((before, after), np.float32)
            arrays[f"biases{layer}"] = np.zeros(after, np.float32)
        network = cls(arrays, exclusive=exclusive)
        network._train(network._standardized(inputs), targets, epochs, decay, rng)
        return network

    def __call__(self, inputs: Matrix) -> Matrix:
        """Return the outputs, shape (samples, outputs), for inputs of shape (samples, features)."""
        return self._forward(self._standardized(inputs))[-1]

    def arrays(self) -> dict[str, Matrix]:
        """Return everything that was learned, by name, as the constructor takes it."""
        return {
            "mean": self._mean,
            "deviation": self._deviation,
            **{f"weights{layer}": weights for layer, weights in enumerate(self._weights)},
            **{f"biases{layer}": biases for layer, biases in enumerate(self._biases)},
        }

    def _standardized(self, inputs: Matrix) -> Matrix:
        standardized = inputs - self._mean
        standardized /= self._deviation
        return standardized

    def _forward(self, standardized: Matrix) -> list[Matrix]:
        """Return the outputs of every layer, the inputs first."""
        layers = [standardized]
        for weights, biases in zip(self._weights[:-1], self._biases[:-1], strict=True):
            layer = layers[-1] @ weights
            layer += biases
            layers.append(np.maximum(layer, 0, out=layer))
        last = layers[-1] @ self._weights[-1] + self._biases[-1]
        odds = np.exp(np.clip(last, -30, 30))
        # A product with ones, for numpy is slow to sum many short rows.
        rest: Matrix = (
            odds @ np.ones((odds.shape[1], 1), np.float32) if self._exclusive else odds + np.float32(1)
        )
        return [*layers, np.divide(odds, rest, dtype=np.float32)]

    def _train(
        self, inputs: Matrix, targets: Matrix, epochs: int, decay: float, rng: np.random.Generator
    ) -> None:
        middle = np.float32(1 / targets.shape[1] if self._exclusive else 0.5)
        goals = targets * np.float32(1 - _SMOOTHING) + middle * np.float32(_SMOOTHING)
        batch = min(_BATCH, len(inputs))
        parameters = [*self._weights, *self._biases]
        means = [np.zeros_like(one) for one in parameters]
        squares = [np.zeros_like(one) for one in parameters]
        steps, step = epochs * (len(inputs) // batch), 0
        for _ in range(epochs):
            order = rng.permutation(len(inputs))
            for start in range(0, len(inputs) - batch + 1, batch):
                step += 1
                chosen = order[start : start + batch]
                gradients = self._gradients(inputs[chosen], goals[chosen], np.float32(decay))
                # Both means start at zero: the corrections make up for that.
                corrected = np.sqrt(1 - 0.99**step) / (1 - 0.9**step)
                rate = np.float32(_RATE * 0.5 * (1 + np.cos(np.pi * step / steps)) * corrected)
                for index, gradient in enumerate(gradients):
                    means[index] += np.float32(0.1) * (gradient - means[index])
                    squares[index] += np.float32(0.01) * (gradient * gradient - squares[index])
                    parameters[index] -= rate * means[index] / (np.sqrt(squares[index]) + np.float32(1e-7))

    def _gradients(self, inputs: Matrix, targets: Matrix, decay: np.float32) -> list[Matrix]:
        *layers, outputs = self._forward(inputs)
        error = (outputs - targets) / np.float32(len(inputs))  # for softmax and sigmoid alike
        of_weights: list[Matrix] = []
        of_biases: list[Matrix] = []
        for index in reversed(range(len(layers))):
            of_weights.insert(
                0, np.add(layers[index].T @ error, decay * self._weights[index], dtype=np.float32)
            )
            of_biases.insert(0, error.sum(0, dtype=np.float32))
            if index:  # nothing is in front of the inputs
                error = np.where(layers[index] > 0, error @ self._weights[index].T, np.float32(0))
        return [*of_weights, *of_biases]
