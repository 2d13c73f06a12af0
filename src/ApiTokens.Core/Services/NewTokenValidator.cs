using System.Globalization;

namespace ApiTokens.Services;

/// <summary>Validates a request for a new token against the capabilities of a service. Sends nothing.</summary>
internal static class NewTokenValidator
{
    /// <summary>The maximum length of a name. WEGnology documents it; it is used for the services that document none.</summary>
    private const int MaxNameLength = 255;

    /// <summary>The maximum lifetime of a new token.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(36525);

    /// <summary>Rejects fields that the service does not support and values that no service accepts.</summary>
    /// <exception cref="ApiTokenException">The request is invalid; the error names the field.</exception>
    public static void Validate(NewTokenRequest request, ServiceCapabilities capabilities, DateTimeOffset now)
    {
        NewTokenFields given = GivenFields(request);
        foreach (NewTokenFields field in Enum.GetValues(typeof(NewTokenFields)))
        {
            if (given.HasFlag(field))
            {
                capabilities.RequireField(field);
            }
        }

        ValidateExpiry(request.Expiry, capabilities, now);
        if (request.Name.Length > 0 || capabilities.RequiredFields.HasFlag(NewTokenFields.Name))
        {
            ValidateName(request.Name, nameof(request.Name));
        }
    }

    /// <summary>Returns the fields for which a request has a value.</summary>
    public static NewTokenFields GivenFields(NewTokenRequest request) =>
        If(request.Name.Length > 0, NewTokenFields.Name)
        | If(request.Description is not null, NewTokenFields.Description)
        | If(!request.Expiry.IsServiceDefault, NewTokenFields.Expiry)
        | If(request.Scope.Count > 0, NewTokenFields.Scope)
        | If(request.Audience.Count > 0, NewTokenFields.Audience)
        | If(request.Role is not null, NewTokenFields.Role)
        | If(request.Access.Count > 0, NewTokenFields.Access)
        | If(request.ApplyToAll is not null, NewTokenFields.ApplyToAll)
        | If(request.User is not null, NewTokenFields.User);

    /// <summary>Rejects an expiry that the service does not support.</summary>
    public static void ValidateExpiry(TokenExpiry expiry, ServiceCapabilities capabilities, DateTimeOffset now)
    {
        if (expiry.IsServiceDefault)
        {
            return;
        }

        switch (capabilities.Expiry)
        {
            case ExpiryChoice.None:
                capabilities.RequireExpiry();
                break;
            case ExpiryChoice.Months when expiry.Months is not (3 or 6 or 12):
                string given = expiry.Never
                    ? "never" : expiry.Months?.ToString(CultureInfo.InvariantCulture) ?? expiry.After?.ToString() ?? $"{expiry.At:u}";
                throw ApiTokenException.InvalidParameter(
                    "ExpirationMonths", $"{capabilities.Service} does not support an expiry of '{given}'.",
                    $"Specify {Field.ExpirationMonths}: 3, 6 or 12.");
            case ExpiryChoice.AnyOrNever when expiry.Months is < 1 or > 1200:
                throw ApiTokenException.InvalidParameter(
                    "ExpirationMonths", $"'{expiry.Months}' is out of range.", "Specify 1 to 1200 months.");
            case ExpiryChoice.AnyOrNever when expiry.At <= now:
                throw ApiTokenException.InvalidParameter(
                    "ExpiresAt", $"'{expiry.At:u}' is in the past.", $"Specify a time in the future, or {Field.NeverExpires}.");
            case ExpiryChoice.AnyOrNever when expiry.After is { } lifetime && (lifetime <= TimeSpan.Zero || lifetime > MaxLifetime):
                throw ApiTokenException.InvalidParameter(
                    "ExpiresIn", $"'{lifetime}' is out of range.", $"Specify a time of up to 100 years, or {Field.NeverExpires}.");
            default:
                break;
        }
    }

    /// <summary>Rejects a name that is empty, too long, or contains control characters.</summary>
    public static void ValidateName(string? name, string field)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            throw ApiTokenException.InvalidParameter(field, "a name is required.", "Specify a name of 1 to 255 characters.");
        }

        if (name!.Length > MaxNameLength)
        {
            throw ApiTokenException.InvalidParameter(
                field,
                $"'{ForeignText.Argument(name)}' has {name.Length} characters.",
                "Specify a name of 1 to 255 characters.");
        }

        // The JSON serializer would replace a lone surrogate.
        if (name.Any(char.IsControl) || HasLoneSurrogate(name))
        {
            throw ApiTokenException.InvalidParameter(
                field, "the name contains control characters or an incomplete surrogate pair.",
                "Specify a name without line breaks and other control characters.");
        }
    }

    private static NewTokenFields If(bool given, NewTokenFields field) => given ? field : NewTokenFields.None;

    private static bool HasLoneSurrogate(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogatePair(text, i))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return true;
            }
        }

        return false;
    }
}
