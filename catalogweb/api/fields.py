"""Fields of request bodies, as strict as the wire: JSON types are not converted, faults have the wire's words.

`$path` in a message becomes the place of the fault. A field is optional unless it says otherwise,
and null stands for absent.
"""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from rest_framework import serializers


def _type_fault(kind: str) -> str:
    return f"Field '$path' is not of a type(s) {kind}"


TOO_SHORT = "Field $path does not meet minimum length of {min_length}"


class Text(serializers.CharField):
    default_error_messages = {
        "invalid": _type_fault("string"),
        "blank": "Field $path does not meet minimum length of 1",
        "min_length": TOO_SHORT,
        "max_length": "Field $path does not meet maximum length of {max_length}",
    }

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        blank = options.pop("allow_blank", not options.get("min_length"))
        super().__init__(required=required, allow_blank=blank, trim_whitespace=False, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Email(serializers.EmailField):
    default_error_messages = {
        "invalid": "Invalid format for field '$path'",
        "blank": "Invalid format for field '$path'",
    }

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(required=required)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(Text):
    """A day such as 2027-01-31; an empty text is none."""

    default_error_messages = {"no_day": "Invalid format for field '$path'"}

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.fail("no_day")

    def run_validation(self, data: Any = serializers.empty) -> Any:
        return None if data == "" else super().run_validation(data)


class Whole(serializers.IntegerField):
    default_error_messages = {
        "invalid": _type_fault("integer"),
        "min_value": "$path must be greater than or equal to {min_value}",
        "max_value": "$path must be less than or equal to {max_value}",
        "max_string_length": _type_fault("integer"),
    }

    def __init__(
        self, *, required: bool = False, min_value: int = 0, max_value: int = 2**31 - 1, **options: Any
    ) -> None:
        super().__init__(required=required, min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != data // 1:
            self.fail("invalid")
        return int(data)


class Decimal(serializers.FloatField):
    default_error_messages = {
        "invalid": _type_fault("number"),
        "min_value": "$path must be greater than or equal to {min_value}",
        "max_value": "$path must be less than or equal to {max_value}",
    }

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        super().__init__(required=required, **options)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return data


class Flag(serializers.BooleanField):
    default_error_messages = {"invalid": _type_fault("boolean")}

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        super().__init__(required=required, **options)

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid")
        return data


class Choice(serializers.ChoiceField):
    def __init__(self, choices: list[Any], *, required: bool = False, **options: Any) -> None:
        super().__init__(choices, required=required, **options)
        listed = ",".join(str(choice) for choice in choices)
        self.error_messages["invalid_choice"] = f"Field $path is not one of enum values: {listed}"

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str | int | float) or isinstance(data, bool) or data not in self.choices:
            self.fail("invalid_choice", input=data)
        return data


class Texts(serializers.ListField):
    child = Text()
    default_error_messages = {"not_a_list": _type_fault("array")}

    def __init__(self, *, required: bool = False, **options: Any) -> None:
        super().__init__(required=required, **options)


class ObjectText(Text):
    """A text that holds a JSON object, such as a microservice's config."""

    default_error_messages = {"no_object": "Field '$path' holds the text of a JSON object, such as {{}}."}

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            value = json.loads(text or "{}")
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            self.fail("no_object")
        return value


class Object(serializers.DictField):
    """A JSON object with whatever values."""

    default_error_messages = {"not_a_dict": _type_fault("object")}

    def __init__(self, *, required: bool = False) -> None:
        super().__init__(required=required)


class NameOrNumber(Text):
    """A name, or the number behind it."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(str(data) if isinstance(data, int) and not isinstance(data, bool) else data)


class Shape(serializers.Serializer[Any]):
    """A JSON object; unknown keys are ignored, as clients send some."""

    default_error_messages = {"invalid": _type_fault("object")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            data = {key: value for key, value in data.items() if value is not None}
        return super().to_internal_value(data)

    @classmethod
    def listed(cls, **options: Any) -> Any:
        """A list of these."""
        options.setdefault("required", False)
        messages: dict[str, Any] = {
            "not_a_list": _type_fault("array"),
            "min_length": "Field '$path' has at least {min_length} entries",
            "max_length": "Field '$path' has at most {max_length} entries",
        }
        return cls(many=True, error_messages=messages, **options)

    @classmethod
    def read(cls, body: Any) -> dict[str, Any]:
        shape = cls(data=body)
        shape.is_valid(raise_exception=True)
        return dict(shape.validated_data)
