-- Silos follow the laws that people edit: each asks again and again which laws changed since it last looked. Without an
-- index every look reads all laws, which is a hundred thousand rows on a busy night for an answer that is mostly none.
create index laws_updated_at_idx on laws (updated_at);
