"""What a command leaves unsaid: other libraries' words on standard error."""

import os


def hush_codecs() -> None:
    """FFmpeg and OpenCV keep their own words off standard error, where one line of ours says what
    is wrong with a source.

    Call it before anything imports cv2. `OPENCV_FFMPEG_LOGLEVEL=16 OPENCV_LOG_LEVEL=INFO` bring
    their words back.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
