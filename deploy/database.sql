-- For compose.yaml: what PostgreSQL's image runs once, in a cluster that it has just made.
\getenv password POSTGRES_PASSWORD
CREATE ROLE threshold LOGIN PASSWORD :'password';
CREATE DATABASE threshold OWNER threshold;
-- The password was for the role above. The superuser comes by the container's own socket alone.
ALTER ROLE postgres PASSWORD NULL;
