-- The yearly classification of each field: counts by county and grade. 个体工商户 are one number a county, without grades.
CREATE OR REPLACE VIEW public_classification AS
SELECT id, model, year, as_of, counts, digest, published_at FROM store_classification WHERE published_at IS NOT NULL;
