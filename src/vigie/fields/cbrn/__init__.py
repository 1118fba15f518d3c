"""The CBRN field: reports of chemical, biological, radiological and nuclear incidents, and nothing that would help to cause one."""
