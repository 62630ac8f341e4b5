# The bot alone: `docker build -t makegood .`, then `docker run -v ./data:/data --env-file .env makegood`.
# The user in it has the number 1000, which has to own a folder that is mounted: `install -d -o 1000 data`.
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 makegood && install -d -o makegood /data
# A company's registry may have a certificate that only the image's own store knows: uv looks there, as pip does.
ENV UV_SYSTEM_CERTS=1
RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE app_manifest.yml ./
COPY bot bot
COPY actions actions
COPY migrations migrations
# the versions of the lock file, without what only the tests and the demo need
RUN uv venv /opt/makegood \
    && uv pip install --python /opt/makegood --no-cache --constraint requirements.lock --build-constraint requirements.lock . \
    && rm -rf /src

USER makegood
WORKDIR /data
VOLUME /data

ENV PATH=/opt/makegood/bin:$PATH MAKEGOOD_HOST=0.0.0.0 MAKEGOOD_PORT=3000
EXPOSE 3000
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['MAKEGOOD_PORT']}/health\", timeout=3)"]
ENTRYPOINT ["makegood"]
CMD ["run"]
