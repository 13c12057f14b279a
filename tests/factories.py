"""Rows for tests, as they would come from the world."""

import factory

from audiences.models import Profile, Segment


class ProfileFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Profile

    external_id = factory.Sequence(lambda n: f"person-{n}")
    email = factory.LazyAttribute(lambda p: f"{p.external_id}@example.com")
    first_name = "Jane"
    last_name = "Doe"
    country = "US"


class SegmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Segment

    name = factory.Sequence(lambda n: f"Segment {n}")
    filter = {"all": []}
