"""What a packaged application needs of this package beyond what its imports show: the files that are read as data."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("asyncsdk")
