using System.Text.Json;

namespace ApiTokens.Reports;

/// <summary>Reads the tokens of a JSON report.</summary>
public static class ReportReader
{
    private const long MaxLength = 256L * 1024 * 1024;
    private const string Help = "Specify a .json report of tokens.";

    /// <summary>Reads the tokens of a report.</summary>
    /// <param name="path">The full path of the file.</param>
    /// <param name="field">The field with the path, for errors.</param>
    /// <returns>The tokens.</returns>
    /// <exception cref="ApiTokenException">The file cannot be read, or is not a JSON report.</exception>
    public static IReadOnlyList<ReportToken> ReadTokens(string path, string field)
    {
        if (!File.Exists(path))
        {
            throw new ApiTokenException(ErrorKind.ObjectNotFound, $"{field}: the file '{path}' does not exist.", Help, $"Invalid{field}")
            {
                Field = new Field(field),
            };
        }

        if (FileTrust.IsSpecial(path))
        {
            throw ApiTokenException.InvalidParameter(field, $"'{path}' is a device or a pipe.", Help);
        }

        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (file.Length > MaxLength)
            {
                throw ApiTokenException.InvalidParameter(field, $"'{path}' is larger than {MaxLength >> 20} MiB.", Help);
            }

            return JsonSerializer.Deserialize(file, ReportJson.Default.ReportContent)?.Tokens is { } tokens
                && tokens.All(token => token is { Id.Length: > 0, Service.Length: > 0 })
                    ? tokens
                    : throw ApiTokenException.InvalidParameter(field, $"'{path}' is not a report of tokens.", Help);
        }
        catch (JsonException e)
        {
            throw new ApiTokenException(
                ErrorKind.InvalidArgument, $"{field}: '{path}' is not a JSON report.", Help, $"Invalid{field}", e)
            {
                Field = new Field(field),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ApiTokenException.InvalidParameter(field, $"'{path}' cannot be read: {e.Message}", Help);
        }
    }
}
