"""CSV and XLSX exports of any school information system as a source of pmp-core, through a mapping file."""

from pmp_sis_tabular.mapping_file import shipped_mappings
from pmp_sis_tabular.source import TabularSource, open_tabular

__all__ = ["TabularSource", "open_tabular", "shipped_mappings"]
