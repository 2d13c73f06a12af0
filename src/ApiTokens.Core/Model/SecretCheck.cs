namespace ApiTokens;

/// <summary>Whether a service accepts a secret.</summary>
public enum SecretState
{
    /// <summary>The service accepts the secret.</summary>
    Accepted,

    /// <summary>The service rejects the secret.</summary>
    Refused,

    /// <summary>Not known: the service has no request to test it, or the request failed (<see cref="SecretCheck.Error"/>).</summary>
    Unknown,
}

/// <summary>The result of testing a secret. It does not contain the secret.</summary>
/// <param name="State">Whether the service accepts the secret.</param>
public sealed record SecretCheck(SecretState State)
{
    /// <summary>The id of the token, if the secret or the response contains it.</summary>
    public string? TokenId { get; init; }

    /// <summary>The account of the token, if the response contains it.</summary>
    public string? Account { get; init; }

    /// <summary>The user whom the token acts for, if the response contains it.</summary>
    public string? Owner { get; init; }

    /// <summary>The error of the service or of the request; null if the service has no request to test a secret.</summary>
    public ApiTokenException? Error { get; init; }
}
