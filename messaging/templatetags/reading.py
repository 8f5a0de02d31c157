"""How a page says times, money and text. Loaded in every template."""

from django import template

register = template.Library()
