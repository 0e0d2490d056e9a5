-- Sample laws for demonstrations and tests, all open. They hold no votes: an owner who does not want them deletes them
-- (delete from laws where law_id like 'law-2026-%'). A law of the same id that is already there stays as it is.
insert into laws (law_id, title, choices) values
  ('law-2026-001', 'Clean Air in Cities Act', null),
  ('law-2026-002', 'Regional Rail and Public Transport Fares Act', null),
  ('law-2026-003', 'Affordable Housing and Rent Transparency Act', null),
  ('law-2026-004', 'Digital Identity and Privacy Protection Act', null),
  ('law-2026-005', 'School Meals and Early Childhood Education Act', null),
  ('law-2026-006', 'Renewable Energy Communities Act', null),
  ('law-2026-007', 'Minimum Wage Adjustment Act', null),
  ('law-2026-008', 'Water Protection and Drought Preparedness Act', null),
  ('law-2026-009', 'Local Hospitals and Rural Health Care Act', null),
  ('law-2026-010', 'Referendum on the Site of the New National Library',
   array['old-harbour', 'railway-quarter', 'university-hill', 'none-of-these'])
on conflict on constraint laws_pk do nothing;
