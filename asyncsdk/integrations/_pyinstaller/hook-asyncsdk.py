"""What a packaged application needs of this package beyond what its imports show: files read as data, late imports."""

from PyInstaller.utils.hooks import collect_data_files

datas = collect_data_files("asyncsdk")
# What is imported by a name in a string, as nothing that makes lists may lean on what makes frames of them.
hiddenimports = ["asyncsdk._lists.arrow_frames"]
