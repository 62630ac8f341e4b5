# The bot alone: `docker build -t makegood .`, then `docker run -v ./data:/data --env-file .env makegood`.
FROM python:3.12-slim

RUN pip install --no-cache-dir uv==0.13.9
WORKDIR /src
COPY pyproject.toml requirements.lock README.md LICENSE ./
COPY bot bot
COPY actions actions
COPY migrations migrations
# the versions of the lock file, without what only the tests need
RUN uv pip install --system --no-cache --constraint requirements.lock . && rm -rf /src

RUN useradd --create-home --uid 1000 makegood && install -d -o makegood /data
USER makegood
WORKDIR /data
VOLUME /data

ENV MAKEGOOD_HOST=0.0.0.0 MAKEGOOD_PORT=3000
EXPOSE 3000
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:3000/health', timeout=3)"]
ENTRYPOINT ["makegood"]
CMD ["run"]
