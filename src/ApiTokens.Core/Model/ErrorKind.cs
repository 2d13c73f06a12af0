namespace ApiTokens;

/// <summary>What kind of failure an <see cref="ApiTokenException"/> is. The names are those of PowerShell's ErrorCategory.</summary>
public enum ErrorKind
{
    /// <summary>A parameter that the service would refuse; no request was sent.</summary>
    InvalidArgument,

    /// <summary>The service refused the content (400, 422).</summary>
    InvalidData,

    /// <summary>The service does not accept the credential (401).</summary>
    AuthenticationError,

    /// <summary>The credential may not do this (403).</summary>
    PermissionDenied,

    /// <summary>There is no such token, account or connection (404).</summary>
    ObjectNotFound,

    /// <summary>It exists already, or its state forbids the change (409).</summary>
    ResourceExists,

    /// <summary>Too many requests, or too many tokens (429).</summary>
    LimitsExceeded,

    /// <summary>No answer in time (408, or our own limit).</summary>
    OperationTimeout,

    /// <summary>No connection, or the service failed (5xx).</summary>
    ConnectionError,

    /// <summary>An answer that cannot be what the service means.</summary>
    InvalidResult,

    /// <summary>The service has no such operation; no request was sent.</summary>
    NotImplemented,

    /// <summary>A guard of ours refused; no request was sent.</summary>
    InvalidOperation,
}
