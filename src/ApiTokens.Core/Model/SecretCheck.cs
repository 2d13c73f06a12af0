namespace ApiTokens;

/// <summary>What a service makes of a secret.</summary>
public enum SecretState
{
    /// <summary>The service lets it in.</summary>
    Accepted,

    /// <summary>The service does not let it in.</summary>
    Refused,

    /// <summary>Nothing tells: the service has no call for it, or the call failed (<see cref="SecretCheck.Error"/>).</summary>
    Unknown,
}

/// <summary>The answer to the question whether a secret works. It has no secret.</summary>
/// <param name="State">Whether it works.</param>
public sealed record SecretCheck(SecretState State)
{
    /// <summary>The id of its token, where the secret or the answer tells.</summary>
    public string? TokenId { get; init; }

    /// <summary>The account that it is for, where the answer tells.</summary>
    public string? Account { get; init; }

    /// <summary>Whom it acts for, where the answer tells.</summary>
    public string? Owner { get; init; }

    /// <summary>What the service said against it, or why the call failed; null where there is no call that would tell.</summary>
    public ApiTokenException? Error { get; init; }
}
