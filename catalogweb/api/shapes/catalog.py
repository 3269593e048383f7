"""Catalog items and their images in requests."""

from catalogweb.api.fields import Choice, Flag, NameOrNumber, Shape, Text, Whole


class ImageEntry(Shape):
    containerImage = Text(required=True)
    fogTypeId = Choice([1, 2], required=True)


class InfoType(Shape):
    infoType = Text()
    infoFormat = Text()


class ItemChange(Shape):
    """`moveRunning: false` leaves running microservices on the images they have; `reason` goes with a new revision."""

    name = Text(min_length=1, max_length=200)
    description = Text()
    category = Text(max_length=100)
    publisher = Text(max_length=200)
    picture = Text(max_length=500)
    configExample = Text(source="config_example")
    diskRequired = Whole(source="disk_required")
    ramRequired = Whole(source="ram_required")
    isPublic = Flag(source="is_public")
    inputType = InfoType(required=False, source="input_type")
    outputType = InfoType(required=False, source="output_type")
    registryId = NameOrNumber()
    images = ImageEntry.listed(max_length=2)
    reason = Text(max_length=200)
    moveRunning = Flag(source="move_running")


class ItemCreation(ItemChange):
    name = Text(required=True, min_length=1, max_length=200)
    registryId = NameOrNumber(required=True)
    images = ImageEntry.listed(required=True, min_length=1, max_length=2)
    moveRunning = None  # type: ignore[assignment]
