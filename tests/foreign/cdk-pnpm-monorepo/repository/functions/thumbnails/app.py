def handler(event, _context):
    return [record["s3"]["object"]["key"] for record in event["Records"]]
