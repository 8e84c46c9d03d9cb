"""Small parts that every view is made of: key caps, class squares, chips, cards, segments, bars."""
